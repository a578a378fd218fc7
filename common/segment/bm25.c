#include "bm25.h"

#include "length_byte.h"

#include <math.h>

void bm25_prepare(struct bm25 *bm25, float k1, float b, float title_weight, float average)
{
    *bm25 = (struct bm25){.k1 = k1, .b = b, .title_weight = title_weight, .average = average > 0 ? average : 1};
    for (unsigned byte = 0; byte < 256; byte++)
        bm25->norm[byte] = k1 * (1 - b + b * (float)length_byte_decode((uint8_t)byte) / bm25->average);
}

float bm25_idf(uint64_t article_count, uint64_t df)
{
    return (float)log(1 + ((double)article_count - (double)df + 0.5) / ((double)df + 0.5));
}
