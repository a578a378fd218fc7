/* A fuzzer's first byte says which of its parts an input is for; $FUZZ_PART, a name, gives all of them to one. */
#ifndef TESTS_PART_OF_FUZZER_H
#define TESTS_PART_OF_FUZZER_H

#include <stdint.h>

/* The byte, changed where it must be so that byte % count is the part. A name that isn't there ends the program. */
uint8_t part_of_fuzzer(const char *const *parts, unsigned count, uint8_t byte);

#endif
