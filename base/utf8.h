/* UTF-8 (RFC 3629): is it valid, and what is the next code point. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Reads one code point of at most len bytes. Returns how many bytes it took (1 to 4) and sets
 * *code; 0 when the bytes are not UTF-8 (overlong forms, surrogates and beyond U+10FFFF are not).
 */
size_t utf8_next(const char *bytes, size_t len, uint32_t *code);
bool utf8_valid(const char *bytes, size_t len);

#endif
