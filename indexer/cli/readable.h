/* Numbers the way people read them. */
#ifndef CLI_READABLE_H
#define CLI_READABLE_H

#include <stddef.h>
#include <stdint.h>

enum { READABLE_SIZE = 32 };

/* "1,234,567". Returns `text`. */
char *readable_count(uint64_t count, char text[READABLE_SIZE]);

/* "812 bytes", "4.1 kB", "71.2 MB", "1.30 GB": powers of a thousand, as disks count. Returns `text`. */
char *readable_bytes(uint64_t bytes, char text[READABLE_SIZE]);

/* "42 s", "3 min 05 s", "2 h 10 min". Returns `text`. */
char *readable_seconds(double seconds, char text[READABLE_SIZE]);

#endif
