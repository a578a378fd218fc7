/*
 * A trail of commits that follows from a seed: who knows the seed knows, without being told, what the index should hold after
 * each of them. Each commit stores an article "stamp" that says which commit it was, how many articles it has, and how many
 * of them hold each of some words: by that a reader can tell a whole commit from a part of one.
 *
 * A writer goes along the trail and acknowledges each commit when the library has. Whatever then happens to it, what was
 * acknowledged must be there, and of the commit under way all or nothing.
 */
#ifndef TESTS_COMMIT_TRAIL_H
#define TESTS_COMMIT_TRAIL_H

#include "article_history.h"
#include "backfile.h"

/* What the index holds, but for the stamp. */
struct trail_content {
    struct history history;
    uint32_t commit, version;
};

enum trail_sync { TRAIL_SYNC_SOMETIMES, TRAIL_SYNC_ALWAYS, TRAIL_SYNC_NEVER };

struct trail {
    uint64_t seed;
    bool is_short;              /* commits of a few articles, many of them merges: short ways to every kind of deed */
    enum trail_sync sync;
    void (*acknowledge)(void *context, bool is_synced); /* after each commit; may be NULL */
    void *context;
    bool *stands;               /* set where a commit failed: whether the writer says that it stands all the same; may be NULL */
};

/*
 * Goes through the commits of the trail until `commits` of them are made. With a path they are really made; without, only
 * `content` follows them. Returns what the first call that failed did; then content->commit is the commit under way, or the last.
 */
bf_status trail_go(const struct trail *trail, const char *path, struct trail_content *content, uint32_t commits, bf_error *error);

struct trail_stamp {
    unsigned commit, count, holders[HISTORY_MARKERS];
};

/* False: there is none, so nothing was committed. */
bool trail_stamp_read(bf_searcher *searcher, struct trail_stamp *stamp);

/* The snapshot is of one commit: as many articles hold each word as its stamp says, and those that are found do hold it. */
void trail_assert_one_commit(bf_searcher *searcher, uint64_t *seed);

/* The index holds what was acknowledged since `before`, or one commit more: that is returned. */
bool trail_assert_nothing_lost(const char *path, const struct trail *trail, const struct trail_content *before,
                               uint32_t acknowledged);

/* Every article is there, whole, in its order, and no other; `check` finds nothing. */
void trail_assert_content(const char *path, const struct trail_content *content);

/* A new writer is let in at once; it removes what another left. Returns how many segment files that were. */
int trail_assert_swept(const char *path);

/*
 * All of the above, in the order in which a user would come by it; `content`, which was what the index held before, is then what
 * it holds. Returns the orphans that were swept; *one_more (may be NULL): a commit stands that was not acknowledged.
 */
int trail_assert_recovers(const char *path, const struct trail *trail, struct trail_content *content, uint32_t acknowledged,
                          bool *one_more);

#endif
