/* Indexes two articles and prints a search: cc two_articles.c $(pkg-config --cflags --libs backfile) */
#include <backfile.h>

#include <stdio.h>
#include <string.h>

static bf_text text(const char *string)
{
    return (bf_text){string, strlen(string)};
}

static bf_status index_two(const char *path, bf_error *error)
{
    const bf_article articles[] = {
        {.id = text("a1"), .title = text("Ferries idle as harbour strike begins"), .place = text("VARNHOLM"),
         .body = text("Dockers walked out at dawn on Monday.\n\nNo ferry left the harbour before noon.")},
        {.id = text("a2"), .title = text("Orchard growers expect a late harvest"), .place = text("ELMSTED"),
         .body = text("A cold spring has set the apples back by three weeks.")},
    };
    bf_writer *writer;
    bf_status status = bf_writer_open(path, NULL, &writer, error);
    if (status != BF_OK) return status;
    for (size_t i = 0; i < 2 && status == BF_OK; i++) status = bf_writer_add(writer, &articles[i], NULL, error);
    if (status == BF_OK) status = bf_writer_commit(writer, error);
    bf_writer_close(writer);
    return status;
}

static bf_status print_search(const char *path, const char *query, bf_error *error)
{
    bf_searcher *searcher = NULL;
    bf_results *results = NULL;
    bf_status status = bf_searcher_open(path, &searcher, error);
    if (status == BF_OK) status = bf_search(searcher, query, NULL, &results, error);
    for (size_t i = 0; status == BF_OK && i < bf_results_count(results); i++) {
        const bf_article *article;
        bf_passage snippet;
        status = bf_results_article(results, i, &article, error);
        if (status == BF_OK) status = bf_results_snippet(results, i, 0, &snippet, error);
        if (status == BF_OK)
            printf("%.3f  %.*s\n       %.*s\n", bf_results_hit(results, i)->score, (int)article->title.length,
                   article->title.bytes, (int)snippet.text.length, snippet.text.bytes);
    }
    bf_results_free(results);
    bf_searcher_close(searcher);
    return status;
}

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : "two.bf";
    bf_error error;
    if (index_two(path, &error) == BF_OK && print_search(path, "ferry strikes", &error) == BF_OK) return 0;
    fprintf(stderr, "two_articles: %s\n", error.message);
    return 1;
}
