/* Preloaded: faults at the n-th write to a file whose path holds $FAULT_PATH.

   FAULT_KILL=n   the process kills itself instead of the n-th write
   FAULT_TEAR=1   ... after half of it
   FAULT_FULL=n   the n-th write and all later ones fail: no space left on device
   FAULT_IO=n     the n-th write fails: input/output error
   FAULT_COUNT=f  the number of writes so far stands in the file f

   Every process counts its own. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef ssize_t (*write_like)(int, const void *, size_t);

static long n_write = 0;
static pid_t counted = 0;

static long number(const char *name)
{
    const char *text = getenv(name);
    return text ? atol(text) : 0;
}

static int watched(int fd)
{
    const char *part = getenv("FAULT_PATH");
    char link[64], path[4096];
    if (!part || !*part)
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return 0;
    path[length] = 0;
    return strstr(path, part) != NULL;
}

static void tell(write_like plain)
{
    const char *name = getenv("FAULT_COUNT");
    char text[32];
    if (!name)
        return;
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd < 0)
        return;
    int length = snprintf(text, sizeof text, "%ld", n_write);
    plain(fd, text, (size_t)length);
    close(fd);
}

ssize_t write(int fd, const void *data, size_t size)
{
    write_like plain = (write_like)dlsym(RTLD_NEXT, "write");
    if (!watched(fd))
        return plain(fd, data, size);
    if (counted != getpid()) {
        counted = getpid();
        n_write = 0;
    }
    n_write++;
    tell(plain);
    if (number("FAULT_KILL") == n_write) {
        if (number("FAULT_TEAR") && size > 1)
            plain(fd, data, size / 2);
        kill(getpid(), SIGKILL);
        pause();
    }
    if (number("FAULT_FULL") && n_write >= number("FAULT_FULL")) {
        errno = ENOSPC;
        return -1;
    }
    if (number("FAULT_IO") == n_write) {
        errno = EIO;
        return -1;
    }
    return plain(fd, data, size);
}
