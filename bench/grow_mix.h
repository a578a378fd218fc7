/* Which units the articles of one copy are made of: every unit of the archive once, exchanged within topical groups. */
#ifndef BENCH_GROW_MIX_H
#define BENCH_GROW_MIX_H

#include "grow_group.h"

struct grow_mix {
    uint32_t *units; /* of all bodies, in the order the groups were mixed */
    uint32_t *title, *first, *count; /* an article each: its title's unit, where its units begin, how many there are */
    uint32_t *subject; /* an article each: the one whose subjects it is about */
    uint32_t used;
};

bf_status grow_mix_make(const struct grow_archive *archive, const struct grow_groups *groups, uint64_t seed, struct grow_mix *mix,
                        bf_error *error);
void grow_mix_free(struct grow_mix *mix);

#endif
