/* Lines of text from memory. */
#include "targets/lines.h"

#include <string.h>

#include "base/utf8.h"

const char *
lines_begin(struct lines *lines, const char *data, size_t len)
{
	*lines = (struct lines){.next = data, .end = data + len};
	if (len >= 2 && (memcmp(data, "\xff\xfe", 2) == 0 || memcmp(data, "\xfe\xff", 2) == 0))
		return "UTF-16 text (save the file as UTF-8)";
	if (len >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0)
		lines->next += 3;
	return NULL;
}

bool
lines_next(struct lines *lines, const char **line, size_t *len)
{
	const char *s = lines->next;

	if (s == lines->end)
		return false;
	while (s < lines->end && *s != '\n' && *s != '\r')
		s++;
	if (s < lines->end && *s++ == '\r' && s < lines->end && *s == '\n')
		s++;
	*line = lines->next;
	*len = (size_t)(s - lines->next);
	lines->next = s;
	lines->line++;
	return true;
}

bool
lines_first(struct lines *lines, const char **line, size_t *len)
{
	do {
		if (!lines_next(lines, line, len)) {
			*len = 0;
			return false;
		}
		lines_strip(line, len);
	} while (*len == 0 || **line == '#');
	return true;
}

const char *
lines_wrong(const char *bytes, size_t len)
{
	if (memchr(bytes, '\0', len) != NULL)
		return "a NUL byte (is this a text file?)";
	if (!utf8_valid(bytes, len))
		return "not UTF-8 (save the file as UTF-8)";
	return NULL;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

void
lines_strip(const char **s, size_t *len)
{
	while (*len > 0 && is_blank((*s)[*len - 1]))
		--*len;
	for (; *len > 0 && is_blank(**s); --*len)
		++*s;
}
