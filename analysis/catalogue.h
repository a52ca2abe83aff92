/*
 * Messages in another language, out of a compiled gettext catalogue (.mo), as msgfmt makes it of po/LANG.po. The C library's own
 * gettext speaks only the languages whose locale the machine has installed, and a whole program speaks one of them; a
 * report is written in the language that it was asked for.
 */
#ifndef ANALYSIS_CATALOGUE_H
#define ANALYSIS_CATALOGUE_H

#include <stddef.h>
#include <stdint.h>

enum { CATALOGUE_LANGUAGE_SIZE = 8, CATALOGUE_ERROR_SIZE = 120 };

struct catalogue;

/*
 * Reads a .mo file in memory, for a language such as "ru". Messages whose conversions (%s, %lld, ...) differ from those of the original are
 * left out. NULL, and the reason in error, when it is no such file, or the language's plural is not known here. Pure: fuzzed.
 */
struct catalogue *catalogue_parse(const char *language, const void *data, size_t len, char error[CATALOGUE_ERROR_SIZE]);
void catalogue_free(struct catalogue *catalogue);
/*
 * The one that is installed for the language. NULL, and the reason in error, where there is none.
 */
struct catalogue *catalogue_load(const char *language, char error[CATALOGUE_ERROR_SIZE]);

/* "ru" for "ru_RU.UTF-8"; "en" for "C" and "". Returns out. */
char *catalogue_language(const char *locale, char out[CATALOGUE_LANGUAGE_SIZE]);
/* What the environment asks for: LC_ALL, LC_MESSAGES, LANG. */
char *catalogue_language_wanted(char out[CATALOGUE_LANGUAGE_SIZE]);

/* "en" for NULL, which is a catalogue that leaves all as it is. */
const char *catalogue_name(const struct catalogue *catalogue);
/* How many messages it has. */
size_t catalogue_count(const struct catalogue *catalogue);
/* The message in the language, or as it is. Lives as long as the catalogue. */
const char *catalogue_get(const struct catalogue *catalogue, const char *message) __attribute__((format_arg(2)));
/* The form for so many. */
const char *catalogue_plural(const struct catalogue *catalogue, int64_t n, const char *one, const char *many)
    __attribute__((format_arg(3), format_arg(4)));

/* Marks messages that stand in tables. */
#define N_(message) message

#endif
