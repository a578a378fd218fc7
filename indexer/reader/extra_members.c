#include "extra_members.h"

#include "member_map.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void extra_members_put(struct extra_members *extra, struct article_draft *draft, const char *name, bf_text text, bool list)
{
    bf_text line = draft_line(draft, text);
    if (line.length == 0) return;
    if (!extra->object) extra->object = json_object();
    json_t *value = json_stringn(line.bytes, line.length), *there = json_object_get(extra->object, name);
    int failed = !extra->object || !value;
    if (failed) {
        json_decref(value);
    } else if (json_is_array(there)) {
        failed = json_array_append_new(there, value);
    } else if (!there && !list) {
        failed = json_object_set_new(extra->object, name, value);
    } else {
        json_t *values = json_array();
        if (there) failed = json_array_append(values, there);
        failed |= json_array_append_new(values, value);
        failed |= json_object_set_new(extra->object, name, values);
    }
    if (failed) draft->failed = true;
}

void extra_members_add(struct extra_members *extra, struct article_draft *draft, const char *name, bf_text text)
{
    extra_members_put(extra, draft, name, text, false);
}

void extra_members_add_to_list(struct extra_members *extra, struct article_draft *draft, const char *name, bf_text text)
{
    extra_members_put(extra, draft, name, text, true);
}

void extra_members_move(struct extra_members *from, struct extra_members *to, struct article_draft *draft)
{
    if (!to->object) {
        *to = *from;
        from->object = NULL;
    } else if (from->object && json_object_update(to->object, from->object) != 0) {
        draft->failed = true;
    }
}

void extra_members_clear(struct extra_members *extra)
{
    json_decref(extra->object);
    extra->object = NULL;
}

/* Appends the object's text with the names that clash changed. */
static bool extra_members_write(const struct extra_members *extra, const bf_article *article, struct buffer *out)
{
    const char *name;
    json_t *value;
    json_t *renamed = json_object();
    bool good = renamed != NULL;
    json_object_foreach(extra->object, name, value) {
        enum article_member member;
        char longer[128];
        bool clash = article_member_parse((bf_text){name, strlen(name)}, &member) && article_member_is_set(article, member);
        snprintf(longer, sizeof longer, "%s_", name);
        good = good && json_object_set(renamed, clash ? longer : name, value) == 0;
    }
    char *text = good ? json_dumps(renamed, JSON_COMPACT) : NULL;
    if (text) buffer_append_string(out, text);
    free(text);
    json_decref(renamed);
    return text && !out->failed;
}

void extra_members_finish(struct extra_members *extra, struct article_draft *draft)
{
    if (!extra->object) return;
    buffer_clear(&draft->scratch);
    if (extra_members_write(extra, &draft->article, &draft->scratch)) {
        draft->article.extra = (bf_text){arena_copy(&draft->arena, draft->scratch.bytes, draft->scratch.length),
                                         draft->scratch.length};
        if (!draft->article.extra.bytes) draft->failed = true;
    } else {
        draft->failed = true;
    }
    extra_members_clear(extra);
}
