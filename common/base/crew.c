#include "crew.h"

#include "status.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

struct crew_member {
    struct crew *crew;
    uint32_t worker;
    pthread_t thread;
};

struct crew {
    pthread_mutex_t lock;
    pthread_cond_t begun, ended;
    uint64_t round;               /* counts pieces of work, so that nobody does one twice */
    uint32_t working;             /* members that have not done with this round */
    bool closing;
    crew_task *task;
    void *context;
    uint32_t count;
    atomic_uint_fast64_t next;    /* the first task that nobody has taken */
    uint32_t member_count;        /* threads beside the caller's */
    struct crew_member members[];
};

static void crew_work(struct crew *crew, uint32_t worker)
{
    for (uint64_t number; (number = atomic_fetch_add(&crew->next, 1)) < crew->count;)
        crew->task(crew->context, worker, (uint32_t)number);
}

static void *crew_member_run(void *context)
{
    const struct crew_member *member = context;
    struct crew *crew = member->crew;
    uint64_t done = 0;
    pthread_mutex_lock(&crew->lock);
    for (;;) {
        while (crew->round == done && !crew->closing) pthread_cond_wait(&crew->begun, &crew->lock);
        if (crew->closing) break;
        done = crew->round;
        pthread_mutex_unlock(&crew->lock);
        crew_work(crew, member->worker);
        pthread_mutex_lock(&crew->lock);
        if (--crew->working == 0) pthread_cond_signal(&crew->ended);
    }
    pthread_mutex_unlock(&crew->lock);
    return NULL;
}

uint32_t crew_processors(void)
{
    cpu_set_t set;
    int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return count > 0 ? (uint32_t)count : 1;
}

bf_status crew_new(uint32_t size, struct crew **result, bf_error *error)
{
    if (size == 0) size = crew_processors();
    struct crew *crew = calloc(1, sizeof *crew + (size - 1) * sizeof *crew->members);
    if (!crew) return fail_memory(error);
    pthread_mutex_init(&crew->lock, NULL);
    pthread_cond_init(&crew->begun, NULL);
    pthread_cond_init(&crew->ended, NULL);
    for (uint32_t i = 0; i + 1 < size; i++) {
        struct crew_member *member = &crew->members[i];
        *member = (struct crew_member){.crew = crew, .worker = i + 1};
        if (pthread_create(&member->thread, NULL, crew_member_run, member) != 0) break;
        crew->member_count++;
    }
    *result = crew;
    return BF_OK;
}

void crew_free(struct crew *crew)
{
    if (!crew) return;
    pthread_mutex_lock(&crew->lock);
    crew->closing = true;
    pthread_cond_broadcast(&crew->begun);
    pthread_mutex_unlock(&crew->lock);
    for (uint32_t i = 0; i < crew->member_count; i++) pthread_join(crew->members[i].thread, NULL);
    pthread_cond_destroy(&crew->begun);
    pthread_cond_destroy(&crew->ended);
    pthread_mutex_destroy(&crew->lock);
    free(crew);
}

uint32_t crew_size(const struct crew *crew)
{
    return crew->member_count + 1;
}

void crew_run(struct crew *crew, crew_task *task, void *context, uint32_t count)
{
    if (crew->member_count == 0 || count < 2) {
        for (uint32_t number = 0; number < count; number++) task(context, 0, number);
        return;
    }
    pthread_mutex_lock(&crew->lock);
    crew->task = task;
    crew->context = context;
    crew->count = count;
    atomic_store(&crew->next, 0);
    crew->working = crew->member_count;
    crew->round++;
    pthread_cond_broadcast(&crew->begun);
    pthread_mutex_unlock(&crew->lock);
    crew_work(crew, 0);
    pthread_mutex_lock(&crew->lock);
    while (crew->working > 0) pthread_cond_wait(&crew->ended, &crew->lock);
    pthread_mutex_unlock(&crew->lock);
}
