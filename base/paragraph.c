/* Paragraphs on a terminal. */
#include "base/paragraph.h"

#include <ctype.h>
#include <string.h>

#include "base/mem.h"
#include "base/table.h"

enum { NARROWEST = 20, USUAL = 80, UNIT = 4 };

/* The first `len` bytes, in columns. */
static size_t
word_width(struct arena *arena, const char *word, size_t len)
{
	return table_text_width(arena_strndup(arena, word, len));
}

/* The next word; a number and a short word behind it, its unit, are not torn apart. */
static size_t
next_word(const char *text)
{
	size_t len = strcspn(text, " "), more;

	while (len > 0 && text[len] == ' ' && isdigit((unsigned char)text[len - 1])) {
		more = strcspn(text + len + 1, " ");
		if (more == 0 || more > UNIT)
			break;
		len += 1 + more;
	}
	return len;
}

void
paragraph_write(FILE *out, const char *text, size_t indent, int width)
{
	size_t room = width > NARROWEST ? (size_t)width : USUAL, column = indent, len, columns;
	struct arena *arena = arena_new();

	text = table_clean(arena, text);
	text += strspn(text, " ");
	while (*text != '\0') {
		len = next_word(text);
		columns = word_width(arena, text, len);
		if (column > indent && column + 1 + columns >= room) {
			fprintf(out, "\n%*s", (int)indent, "");
			column = indent;
		} else if (column > indent) {
			fputc(' ', out);
			column++;
		}
		fwrite(text, 1, len, out);
		column += columns;
		text += len;
		text += strspn(text, " ");
	}
	fputc('\n', out);
	arena_free(arena);
}
