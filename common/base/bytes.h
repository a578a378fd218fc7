/* Numbers in memory at any address, little-endian: LMDB promises its values only two-byte alignment. */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdint.h>
#include <string.h>

#if !defined(__BYTE_ORDER__) || __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "Backfile reads its files in place and so far only on little-endian machines."
#endif

static inline uint16_t load_u16(const void *at) { uint16_t v; memcpy(&v, at, sizeof v); return v; }
static inline uint32_t load_u32(const void *at) { uint32_t v; memcpy(&v, at, sizeof v); return v; }
static inline uint64_t load_u64(const void *at) { uint64_t v; memcpy(&v, at, sizeof v); return v; }
static inline float load_f32(const void *at) { float v; memcpy(&v, at, sizeof v); return v; }

static inline void store_u16(void *at, uint16_t v) { memcpy(at, &v, sizeof v); }
static inline void store_u32(void *at, uint32_t v) { memcpy(at, &v, sizeof v); }
static inline void store_u64(void *at, uint64_t v) { memcpy(at, &v, sizeof v); }
static inline void store_f32(void *at, float v) { memcpy(at, &v, sizeof v); }

/* Big-endian, for keys: byte order is numeric order. */
static inline uint64_t load_u64_be(const void *at) { return __builtin_bswap64(load_u64(at)); }
static inline uint32_t load_u32_be(const void *at) { return __builtin_bswap32(load_u32(at)); }
static inline void store_u64_be(void *at, uint64_t v) { store_u64(at, __builtin_bswap64(v)); }
static inline void store_u32_be(void *at, uint32_t v) { store_u32(at, __builtin_bswap32(v)); }

#endif
