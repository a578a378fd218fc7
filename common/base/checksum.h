/* CRC-32C (Castagnoli; RFC 3720 appendix B.4), the checksum of every record on disk. */
#ifndef BASE_CHECKSUM_H
#define BASE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* The checksum of the bytes; `seed` is 0, or the checksum of what came before them. Uses the processor's
 * instruction where it has one. */
uint32_t checksum(uint32_t seed, const void *bytes, size_t length);

/* The same without any special instruction: the reference. */
uint32_t checksum_scalar(uint32_t seed, const void *bytes, size_t length);

#endif
