/*
 * Being asked to stop (SIGINT, SIGTERM). The first time is only noted, and the run ends at the next article without a commit;
 * the second ends the process at once, which harms no index either.
 */
#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

#include <stdbool.h>

void interrupt_watch(void);
bool interrupt_asked(void);

#endif
