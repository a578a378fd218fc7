#include "bitpack.h"

#include <string.h>

const struct bitpack *bitpack_at(enum cpu_level level)
{
    switch (level) {
    case CPU_SCALAR: return &bitpack_scalar;
#if defined(__x86_64__)
    case CPU_AVX2: return &bitpack_avx2;
    case CPU_AVX512: return &bitpack_avx512;
#elif defined(__aarch64__)
    case CPU_NEON: return &bitpack_neon;
#else
    default: break;
#endif
    }
    return NULL;
}

const struct bitpack *bitpack_best(void) { return bitpack_at(cpu_level()); }

void bitpack_pack(const uint32_t *values, uint32_t count, uint32_t width, uint8_t *bytes)
{
    uint64_t pending = 0; /* bits not yet written, fewer than 32 of them between two values */
    uint32_t pending_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        pending |= (uint64_t)values[i] << pending_count;
        pending_count += width;
        if (pending_count >= 32) {
            store_u32(bytes, (uint32_t)pending);
            bytes += 4;
            pending >>= 32;
            pending_count -= 32;
        }
    }
    for (; pending_count > 0; pending_count -= pending_count < 8 ? pending_count : 8) {
        *bytes++ = (uint8_t)pending;
        pending >>= 8;
    }
}
