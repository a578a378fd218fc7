/* One record of SGML to an article: Reuters-21578's <REUTERS>, TREC's <DOC>. */
#ifndef READER_SGML_RECORD_H
#define READER_SGML_RECORD_H

#include "article_draft.h"

/*
 * A Reuters-21578 record (the collection's README, section VI). The id is NEWID. Topics, places, people, organisations,
 * exchanges and companies are keywords, in that order, and each list that is not empty is also kept under its name in `extra`,
 * beside LEWISSPLIT, CGISPLIT, TOPICS ("topics_attribute"), OLDID, the text's TYPE, the notes of its editors and its routing
 * line ("unknown"). In a body a line indented by four spaces begins a paragraph, as the agency's wire had it. Text in <TEXT>
 * outside of any other element is body, except a row of asterisks, which marks a brief; of a record without <TITLE> its first
 * line is the title, as in plain text.
 */
void reuters_record_read(bf_text text, struct article_draft *draft);

/*
 * A TREC record. Elements are known under the names the collections use: <DOCNO>; <HEADLINE>, <HEAD>, <HL>, <TITLE>, <TI>;
 * <DATE>, <DATE1>, <DATE_TIME>, <PUBDATE>; <BYLINE>, <AUTHOR>; <DATELINE>; <SECTION>; <SOURCE>, <SO>, <PUB>; <SUBJECT>,
 * <KEYWORDS>; <URL>; <LANGUAGE>; <TEXT>, <LEADPARA>, <LP>, <LEAD>, <BODY>, <CORRECTION>; and under the names JSON records may
 * use (member_map.h). Of the tags inside those nothing is kept but the text. Any other element is kept in `extra` under its
 * name in small letters; text outside of elements is body. A record without any body takes that of its unknown elements.
 */
void trec_record_read(bf_text text, struct article_draft *draft);

#endif
