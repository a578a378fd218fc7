#include "standard_streams.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

void standard_streams_hold(void)
{
    for (int number = STDIN_FILENO; number <= STDERR_FILENO; number++) {
        if (fcntl(number, F_GETFD) != -1) continue;
        /* The lowest free number is this one. Opened the wrong way round, so that reading or writing it is an error. */
        if (open("/dev/null", number == STDIN_FILENO ? O_WRONLY : O_RDONLY) != number) abort();
    }
}
