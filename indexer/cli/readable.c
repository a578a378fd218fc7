#include "readable.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

char *readable_count(uint64_t count, char text[READABLE_SIZE])
{
    char digits[READABLE_SIZE];
    const size_t length = (size_t)snprintf(digits, sizeof digits, "%" PRIu64, count);
    char *out = text;
    for (size_t i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) *out++ = ',';
        *out++ = digits[i];
    }
    *out = '\0';
    return text;
}

char *readable_bytes(uint64_t bytes, char text[READABLE_SIZE])
{
    const double b = (double)bytes;
    if (bytes < 1000) snprintf(text, READABLE_SIZE, "%" PRIu64 " byte%s", bytes, bytes == 1 ? "" : "s");
    else if (b < 999950) snprintf(text, READABLE_SIZE, "%.1f kB", b / 1e3);
    else if (b < 999.95e6) snprintf(text, READABLE_SIZE, "%.1f MB", b / 1e6);
    else snprintf(text, READABLE_SIZE, "%.2f GB", b / 1e9);
    return text;
}

char *readable_seconds(double seconds, char text[READABLE_SIZE])
{
    const uint64_t s = seconds > 0 ? (uint64_t)(seconds + 0.5) : 0;
    if (s < 60) snprintf(text, READABLE_SIZE, "%" PRIu64 " s", s);
    else if (s < 3600) snprintf(text, READABLE_SIZE, "%" PRIu64 " min %02" PRIu64 " s", s / 60, s % 60);
    else snprintf(text, READABLE_SIZE, "%" PRIu64 " h %02" PRIu64 " min", s / 3600, s / 60 % 60);
    return text;
}
