"""Files of recorded requests: totals of public ones to the digit, blocks that join, and every nonsense refused."""

import json
from pathlib import Path

import pytest

from orbital_compute.errors import ScenarioError
from orbital_compute.model import trace_file
from orbital_compute.model.trace_file import TraceFile

REFERENCE = Path(__file__).parents[3] / "shared" / "reference" / "workload"
HEAD = "TIMESTAMP,ContextTokens,GeneratedTokens\n"
PODS = "name,num_gpu,gpu_milli,creation_time,deletion_time,scheduled_time\n"


def written(folder, text, form="azure"):
    file = folder / "trace"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return TraceFile(file, form)


def refused(folder, text, form="azure"):
    with pytest.raises(ScenarioError) as caught:
        written(folder, text, form).check()
    return str(caught.value)


@pytest.mark.beside
def test_public_traces_to_the_digit():
    """Totals that others computed from the files with plain Python (trace_statistics.json)."""
    known = json.loads((REFERENCE / "trace_statistics.json").read_text(encoding="utf-8"))
    azure = TraceFile(REFERENCE / "azure_llm_2023_code.csv", "azure").check()
    due = known["azure_llm_2023_code"]
    assert azure.n_row == due["requests"]
    assert (azure.first_sum, azure.second_sum) == (due["context_tokens_sum"], due["generated_tokens_sum"])
    assert azure.last_ns - azure.first_ns == round(due["duration_s"] * 1e9)
    mooncake = TraceFile(REFERENCE / "mooncake_synthetic.jsonl", "mooncake").check()
    due = known["mooncake_synthetic"]
    assert (mooncake.n_row, mooncake.first_sum, mooncake.second_sum) == (
        due["requests"], due["input_sum"], due["output_sum"]
    )  # fmt: skip
    assert (mooncake.first_ns, mooncake.last_ns) == (due["first"] * 10**6, due["last"] * 10**6)
    pods = TraceFile(REFERENCE / "alibaba_gpu_v2023_openb_pod_list_default.csv", "alibaba").check()
    due = known["alibaba_gpu_v2023_openb_pods"]
    assert (pods.sums["pods"], pods.sums["gpu_pods"]) == (due["pods"], due["gpu_pods"])
    assert pods.sums["gpu_milli"] == round(1000 * due["gpu_request_sum"])
    assert pods.sums["held_s"] / pods.sums["pods"] == due["duration_mean_s"]
    assert pods.n_row + pods.left_out == due["pods"]


def test_blocks_join_to_the_whole_file(tmp_path, monkeypatch):
    """Cut into blocks of 100 bytes, a file says the same as in one."""
    lines = [f"{k}.5,{k * k},{k + 1}\n" for k in range(200)]
    file = written(tmp_path, HEAD + "".join(lines))
    whole = file.check()
    assert (whole.n_row, whole.first_sum, whole.last_ns) == (200, sum(k * k for k in range(200)), 199_500_000_000)
    monkeypatch.setattr(trace_file, "BLOCK_BYTES", 100)
    assert file.check() == whole
    block, times, line = file.block(), [], 2
    while block is not None:
        assert (block.line, block.next_line - block.line) == (line, block.rows.time_ns.size)
        assert block.rows.time_ns.size <= 100 / 6
        line = block.next_line
        times += block.rows.time_ns.tolist()
        block = file.block((block.next_offset, block.next_line))
    assert times == [k * 10**9 + 500_000_000 for k in range(200)]


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "2026-06-21 00:00:00.25,7,1\n2026-06-21 00:00:01,8,2\n",
        "\ufeff" + HEAD + "2026-06-21T00:00:00.250Z,7,1\r\n2026-06-21T00:00:01.000Z,8,2\r\n\r\n",
        "Model,GeneratedTokens,TIMESTAMP,ContextTokens\nm,1,2026-06-21T02:00:00.25+02:00,7\nm,2,2026-06-21T02:00:01+02:00,8",
    ],
)
def test_forms_of_dates_columns_and_line_ends(tmp_path, text):
    file = written(tmp_path, text)
    facts = file.check()
    assert file.dated
    assert (facts.n_row, facts.first_sum, facts.second_sum) == (2, 15, 3)
    assert (facts.first_ns, facts.last_ns) == (1_782_000_000_250_000_000, 1_782_000_001_000_000_000)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "the file is empty"),
        (HEAD, "there are no rows"),
        ("TIMESTAMP,ContextTokens\n1,2\n", ":1:1: there is no column GeneratedTokens"),
        (HEAD.replace("C", "T", 1) + "1,2,3\n", "there is no column ContextTokens"),
        (HEAD + "1,2,3\n2,-5,3\n", ":3:1: ContextTokens: -5 is below 0"),
        (HEAD + "1,2,3\n2,5,3.5\n", ":3:1: GeneratedTokens: '3.5' is no whole number"),
        (HEAD + "1,2,3\n2,nan,3\n", "'nan' is no whole number"),
        (HEAD + "1,2,3\n2,1e3,3\n", "'1e3' is no whole number"),
        (HEAD + "1,2,3\n2,1_0,3\n", "'1_0' is no whole number"),
        (HEAD + "1,2,3\n2,,3\n", "ContextTokens: the value is missing"),
        (HEAD + "1,2,3\n2,٣,3\n", ":3:1: holds characters that are not ASCII"),
        (HEAD + "1,2,3\n2,100000001,3\n", "100000001 is above 100000000"),
        (HEAD + f"1,2,3\n2,{'9' * 60},3\n", "is above 100000000"),
        (HEAD + "1,2,3\n2,0,0\n", ":3:1: the request has no tokens"),
        (HEAD + "1,2,3\n3,2,3\n2,2,3\n", ":4:1: time runs backwards"),
        (HEAD + "1,2,3\n-3,2,3\n", "'-3' is no time in seconds"),
        (HEAD + "inf,2,3\n", "'inf' is no time in seconds"),
        (HEAD + "2026-06-21 00:00:00,2,3\n5,2,3\n", ":3:1: TIMESTAMP: '5' is no date"),
        (HEAD + "2026-02-30 00:00:00,2,3\n", "'2026-02-30 00:00:00' is no date"),
        (HEAD + "2026-06-21 00:00:00,2,3\n0001-01-01 00:00:00,2,3\n", "is no date"),
        (HEAD + "1,2,3\n2,3\n", ":3:1: 2 values under 3 columns"),
        (HEAD + "1,2,3\n\n2,3,4\n", ":3:1: 0 values under 3 columns"),
        (HEAD + '1,2,3\n"2,3,4\n', "runs on over lines"),
        (HEAD + '1,"2,5",3\n2,7,3\n', "'2,5' is no whole number"),
    ],
)  # fmt: skip
def test_nonsense_is_refused_with_its_line(tmp_path, text, says):
    message = refused(tmp_path, text)
    if "quotes" in says or "runs on" in says:
        assert "cannot be read" in message or says in message
    else:
        assert says in message


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("p,1,1000,10,5,10", "the pod ends before it begins"),
        ("p,1,1000,10,50,5", "the pod ends before it begins"),
        ("p,1,1001,10,50,10", "gpu_milli: 1001 is above 1000"),
        ("p,-1,1000,10,50,10", "num_gpu: -1 is below 0"),
        ("p,0,0,10,50,10", "no row has any work"),
    ],
)
def test_pods_that_cannot_be(tmp_path, row, says):
    assert says in refused(tmp_path, PODS + row + "\n", "alibaba")


def test_pods_ask_for_what_their_accelerators_were_held_for(tmp_path):
    """Half an accelerator for 40 s and two for 5 s; a pod without any and one that never ran ask for nothing."""
    rows = "a,1,500,0,50,10\nb,0,0,3,90,4\nc,1,1000,7,90,\nd,2,1000,9,20,15\n"
    facts = written(tmp_path, PODS + rows, "alibaba").check()
    assert (facts.n_row, facts.left_out, facts.first_sum) == (2, 2, 500 * 40 + 2000 * 5)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('{"timestamp": 5, "input_length": 3}', "output_length: the value is missing"),
        ('{"timestamp": 5, "input_length": NaN, "output_length": 1}', "input_length: 'nan' is no whole number"),
        ('{"timestamp": 5, "input_length": true, "output_length": 1}', "input_length: 'True' is no whole number"),
        ('{"timestamp": -5, "input_length": 1, "output_length": 1}', "timestamp: -5 is below 0"),
        ("[1, 2]", "timestamp: the value is missing"),
        ("{", "the line is no JSON"),
    ],
)
def test_lines_of_json_that_cannot_be(tmp_path, line, says):
    good = '{"timestamp": 0, "input_length": 1, "output_length": 1}\n'
    assert f":2:1: {says}" in refused(tmp_path, good + line + "\n", "mooncake")


def test_time_that_runs_backwards_from_one_block_to_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr(trace_file, "BLOCK_BYTES", 50)
    assert ":4:1: time runs backwards" in refused(tmp_path, HEAD + "5,1,1\n6,1,1\n4,1,1\n")


def test_a_line_without_an_end_is_refused(tmp_path):
    assert "a line is longer than" in refused(tmp_path, HEAD + "1,2,3\n" + "9" * (1 << 20) + "9\n")


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(ScenarioError, match="cannot be read"):
        TraceFile(tmp_path / "nowhere.csv", "azure")
