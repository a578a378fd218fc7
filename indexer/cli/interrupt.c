#include "interrupt.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t asked; /* a signal handler can reach nothing else */

static void note(int number)
{
    (void)number;
    asked = 1;
}

void interrupt_watch(void)
{
    /* Without SA_RESTART, so that waiting for standard input ends; SA_RESETHAND makes the second signal final. */
    struct sigaction action = {.sa_handler = note, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

bool interrupt_asked(void)
{
    return asked;
}
