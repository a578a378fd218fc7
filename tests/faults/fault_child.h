/* What is tried runs in a process of its own: it may be killed, or crash, and LMDB's environments must not be carried over a fork. */
#ifndef TESTS_FAULT_CHILD_H
#define TESTS_FAULT_CHILD_H

#include <stdint.h>
#include <sys/types.h>

enum { FAULT_CHILD_SECONDS = 60 }; /* then it hangs */

/* A process that runs beside this one; 0: this is it. What fails in it by cmocka's means ends it with its message and SIGABRT. */
pid_t fault_child_start(void);

/*
 * What `run` did in a process of its own, as wait(2) says it. `count` (may be NULL) becomes what fault_child_tell said last, for
 * what a process that is killed can't return.
 */
int fault_child_run(void (*run)(void *context), void *context, uint32_t *count);

/* In the child. */
void fault_child_tell(uint32_t count);

#endif
