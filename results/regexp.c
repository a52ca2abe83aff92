/*
 * Regular expressions that others wrote, mostly for RE2 or Python. glibc writes repeats out, "a+"
 * as "aa*" and "a{9}" as nine of them, so that a few nested ones take all memory: a pattern is
 * measured before it is compiled.
 */
#include "results/regexp.h"

#include <ctype.h>
#include <locale.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum {
	PATTERN_MOST = 4096, /* bytes */
	SIZE_MOST = 5000,    /* single characters once repeats are written out */
	DEPTH_MOST = 20      /* groups within groups */
};

static const char too_large[] = "the regular expression repeats or nests too much";
static const char unknown_escape[] =
    "the regular expression has an escape that POSIX does not know";

/* A group being measured: all of it, and the atom that a repeat would multiply. */
struct group {
	size_t sum, last;
};

struct measuring {
	struct group groups[DEPTH_MOST + 1];
	size_t depth;
	bool repeated; /* the last thing was a repeat */
};

static void
atom(struct measuring *m, size_t size)
{
	struct group *g = &m->groups[m->depth];

	g->last = size;
	g->sum += size;
	m->repeated = false;
}

static void
repeat(struct measuring *m, size_t times)
{
	struct group *g = &m->groups[m->depth];

	/* Neither factor is larger than SIZE_MOST + 1, so nothing overflows. */
	g->sum += g->last * (times - 1);
	g->last *= times;
	m->repeated = true;
}

/* The largest number in "{n,m}", just too much at most; *p goes to the closing brace, or the end.
 */
static size_t
largest_count(const char **p)
{
	size_t most = 1, n = 0;

	for (++*p; **p != '\0' && **p != '}'; ++*p) {
		n = isdigit((unsigned char)**p) ? n * 10 + (size_t)(**p - '0') : 0;
		if (n > SIZE_MOST)
			n = SIZE_MOST + 1;
		most = n > most ? n : most;
	}
	return most;
}

/* What stands behind a backslash. Returns NULL, or what is wrong with it. */
static const char *
escape_wrong(char c)
{
	if (c == '\0')
		return "the regular expression ends with a backslash";
	/* Elsewhere \< is the character; to regcomp it is the beginning of a word. */
	if (strchr("<>`'", c) != NULL)
		return "\\<, \\>, \\` or \\' in the regular expression: leave the backslash out";
	if (isalnum((unsigned char)c) && strchr("wWsSbB", c) == NULL)
		return unknown_escape;
	return NULL;
}

/* A bracket expression; *p goes to its end. Returns NULL, or what is wrong with it. */
static const char *
read_brackets(const char **p)
{
	const char *s = *p + 1;

	s += *s == '^';
	s += *s == ']'; /* the first one closes nothing */
	for (; *s != '\0' && *s != ']'; s++) {
		if (s[0] == '\\' && isalnum((unsigned char)s[1]))
			return unknown_escape; /* in brackets a backslash is itself */
		if (s[0] == '[' && s[1] == ':')
			s += strcspn(s, "]"); /* of [:alpha:] */
		if (*s == '\0')
			break;
	}
	if (*s == '\0')
		return "the regular expression has a bracket that is not closed";
	*p = s;
	return NULL;
}

/* One repeat. Two in a row are lazy or possessive ones elsewhere, and to glibc the square of them.
 */
static const char *
read_repeat(struct measuring *m, const char **p)
{
	if (m->repeated && **p == '?' && (*p)[-1] == '*')
		return NULL; /* .*? asks for a shorter match, and whether there is one stays the
		                same */
	if (m->repeated)
		return "the regular expression has a lazy or a double repeat, which POSIX does not "
		       "know";
	repeat(m, **p == '{' ? largest_count(p) : **p == '+' ? 2 : 1);
	return NULL;
}

/* Takes what *p stands at, and goes to its last character. Returns NULL, or what is wrong. */
static const char *
read_part(struct measuring *m, const char **p)
{
	const char *wrong;

	switch (**p) {
	case '\\':
		wrong = escape_wrong((*p)[1]);
		*p += wrong == NULL;
		atom(m, 1);
		return wrong;
	case '[':
		atom(m, 1);
		return read_brackets(p);
	case '(':
		if (m->depth == DEPTH_MOST)
			return too_large;
		m->groups[++m->depth] = (struct group){0, 0};
		m->repeated = false;
		return NULL;
	case ')':
		if (m->depth > 0) {
			m->depth--;
			atom(m, m->groups[m->depth + 1].sum + 1);
		}
		return NULL;
	case '*':
	case '+':
	case '?':
	case '{':
		return read_repeat(m, p);
	default:
		atom(m, 1);
		return NULL;
	}
}

static const char *
pattern_wrong(const char *pattern)
{
	struct measuring m = {.depth = 0};
	const char *wrong = NULL, *p;

	if (strlen(pattern) > PATTERN_MOST)
		return "the regular expression is too long";
	for (p = pattern; *p != '\0' && wrong == NULL; p += *p != '\0') {
		wrong = read_part(&m, &p);
		if (wrong == NULL && m.groups[m.depth].sum > SIZE_MOST)
			wrong = too_large;
	}
	return wrong;
}

const char *
regexp_compile(const char *pattern, regex_t *regex)
{
	static char reason[128];
	const char *wrong = pattern_wrong(pattern);
	locale_t c, before;
	int code;

	if (wrong != NULL)
		return wrong;
	c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	before = uselocale(c);
	code = regcomp(regex, pattern, REG_EXTENDED | REG_NOSUB);
	if (code != 0)
		regerror(code, regex, reason, sizeof(reason));
	uselocale(before);
	freelocale(c);
	return code == 0 ? NULL : reason;
}
