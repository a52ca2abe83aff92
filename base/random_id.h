/* Names that nobody can guess and nobody else has. */
#ifndef BASE_RANDOM_ID_H
#define BASE_RANDOM_ID_H

enum { RANDOM_ID_SIZE = 33 };

/* 128 random bits in hexadecimal: also so that a line withheld from published evidence cannot be guessed. Returns out. */
char *random_id(char out[RANDOM_ID_SIZE]);

#endif
