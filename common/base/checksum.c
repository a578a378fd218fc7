#include "checksum.h"

#include "bytes.h"
#include "cpu.h"

#include <pthread.h>
#include <stdbool.h>

/* Slicing by eight (Kounavis and Berry 2005), for processors without the instruction. */
static uint32_t slices[8][256];
static pthread_once_t slices_once = PTHREAD_ONCE_INIT;

static void slices_make(void)
{
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >> 1 ^ UINT32_C(0x82f63b78) : crc >> 1;
        slices[0][byte] = crc;
    }
    for (int slice = 1; slice < 8; slice++)
        for (uint32_t byte = 0; byte < 256; byte++)
            slices[slice][byte] = slices[slice - 1][byte] >> 8 ^ slices[0][slices[slice - 1][byte] & 255];
}

uint32_t checksum_scalar(uint32_t seed, const void *bytes, size_t length)
{
    pthread_once(&slices_once, slices_make);
    const uint8_t *p = bytes;
    uint32_t crc = ~seed;
    for (; length >= 8; p += 8, length -= 8) {
        uint64_t word = load_u64(p) ^ crc;
        crc = 0;
        for (int slice = 0; slice < 8; slice++) crc ^= slices[7 - slice][word >> 8 * slice & 255];
    }
    for (; length; length--) crc = crc >> 8 ^ slices[0][(crc ^ *p++) & 255];
    return ~crc;
}

#if defined(__x86_64__)

#include <nmmintrin.h>

__attribute__((target("sse4.2"))) static uint32_t checksum_sse42(uint32_t seed, const void *bytes, size_t length)
{
    const uint8_t *p = bytes;
    uint64_t crc = (uint32_t)~seed;
    for (; length >= 8; p += 8, length -= 8) crc = _mm_crc32_u64(crc, load_u64(p));
    uint32_t tail = (uint32_t)crc;
    for (; length; length--) tail = _mm_crc32_u8(tail, *p++);
    return ~tail;
}

uint32_t checksum(uint32_t seed, const void *bytes, size_t length)
{
    return cpu_level() >= CPU_AVX2 ? checksum_sse42(seed, bytes, length) : checksum_scalar(seed, bytes, length);
}

#elif defined(__aarch64__) && defined(__linux__)

#include <arm_acle.h>
#include <sys/auxv.h>

/* An extension of Armv8.0 that the system says is there; every Armv8.1 has it. */
enum { CAPABILITY_CRC32 = 1 << 7 };

__attribute__((target("+crc"))) static uint32_t checksum_crc32(uint32_t seed, const void *bytes, size_t length)
{
    const uint8_t *p = bytes;
    uint32_t crc = ~seed;
    for (; length >= 8; p += 8, length -= 8) crc = __crc32cd(crc, load_u64(p));
    for (; length; length--) crc = __crc32cb(crc, *p++);
    return ~crc;
}

uint32_t checksum(uint32_t seed, const void *bytes, size_t length)
{
    bool is_there = cpu_level() >= CPU_NEON && getauxval(AT_HWCAP) & CAPABILITY_CRC32;
    return is_there ? checksum_crc32(seed, bytes, length) : checksum_scalar(seed, bytes, length);
}

#else

uint32_t checksum(uint32_t seed, const void *bytes, size_t length)
{
    return checksum_scalar(seed, bytes, length);
}

#endif
