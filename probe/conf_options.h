/* The option table: name, type, default and meaning of each. */
#ifndef PROBE_CONF_OPTIONS_H
#define PROBE_CONF_OPTIONS_H

#include <stddef.h>

enum option_type {
	OPTION_STRING,
	OPTION_STRINGS,
	OPTION_BOOL,
	OPTION_INT,
	OPTION_DOUBLE,
	OPTION_DURATION, /* "15m": int, seconds */
	OPTION_SIZE, /* "200M": int64_t, bytes */
};

struct option {
	const char *section, *name;
	enum option_type type;
	size_t offset;
	double least, most; /* numbers */
	const char *unset; /* the default, as a file would write it; NULL: none */
	/* NULL when the value, or a list's item, is fine; else what it should be. */
	const char *(*check)(const char *value);
	const char *about;
};

enum { CONF_NOPTIONS = 65 };
extern const struct option conf_options[CONF_NOPTIONS];

#endif
