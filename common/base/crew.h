/*
 * A crew of threads for work that can be cut into numbered tasks. The threads wait between one piece of work and the next, so
 * that handing out a short one costs little. Which thread takes which task is left to chance: what a task does must not depend
 * on it, nor on how many threads there are.
 */
#ifndef BASE_CREW_H
#define BASE_CREW_H

#include "backfile.h"

struct crew;

/* How many processors this process may use; at least 1. */
uint32_t crew_processors(void);

/* `size`: threads, the caller's own being one of them; 0: as many as there are processors for this process. Where the system
 * refuses threads the crew is smaller. */
bf_status crew_new(uint32_t size, struct crew **crew, bf_error *error);

/* Accepts NULL. */
void crew_free(struct crew *crew);

uint32_t crew_size(const struct crew *crew);

/* Does task(context, worker, number) for every number below `count`, in any order, several at once, and returns when all are
 * done. `worker`, below crew_size, is different in tasks that run at once: for memory that each thread has of its own. */
typedef void crew_task(void *context, uint32_t worker, uint32_t number);
void crew_run(struct crew *crew, crew_task *task, void *context, uint32_t count);

#endif
