/* What an article must be to be stored. */
#ifndef COMMIT_ARTICLE_RULES_H
#define COMMIT_ARTICLE_RULES_H

#include "backfile.h"

/* NULL, or the rule the article breaks (static). */
const char *article_broken_rule(const bf_article *article);

#endif
