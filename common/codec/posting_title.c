/* The title part of a posting list: the same blocks as a blocked list's, whatever the list's own shape. */
#include "posting_record.h"

uint32_t posting_title_last(const struct posting_list *list, uint32_t block)
{
    return block_section_last(list, list->parts + PART_TITLE, list->title_block_count, block);
}

uint32_t posting_title_count(const struct posting_list *list, uint32_t block)
{
    return block_section_count(list->title_df, block);
}

uint32_t posting_title_seek(const struct posting_list *list, uint32_t from, uint32_t doc)
{
    return block_section_seek(list, list->parts + PART_TITLE, list->title_block_count, from, doc);
}

const char *posting_title_docs(const struct posting_list *list, uint32_t block, uint32_t docs[POSTING_BLOCK])
{
    return block_section_docs(list, list->parts + PART_TITLE, list->title_df, block, docs);
}

const char *posting_title_tfs(const struct posting_list *list, uint32_t block, uint32_t tfs[POSTING_BLOCK])
{
    return block_section_tfs(list, list->parts + PART_TITLE, list->title_df, block, tfs);
}

void posting_title_range(const struct posting_list *list, uint32_t *offset, uint32_t *length)
{
    const uint32_t *title = list->parts + PART_TITLE;
    *offset = title[SECTION_DOCS];
    *length = title[SECTION_TFS] + title[SECTION_TFS_LENGTH] - title[SECTION_DOCS];
}
