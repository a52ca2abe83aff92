/* Writes a list as CSV with Citizen Lab's columns, as list_parse.c reads it. */
#include "targets/list.h"

#include <string.h>

#include "base/buf.h"
#include "targets/category.h"

void
list_write_head(struct buf *out)
{
	buf_puts(out, "url,category_code,category_description,date_added,source,notes\n");
}

/* RFC 4180, 2.5 to 2.7: quotation marks only where they are needed. */
static void
field(struct buf *out, const char *text)
{
	if (strpbrk(text, ",;\"\r\n\t") == NULL) {
		buf_puts(out, text);
		return;
	}
	buf_putc(out, '"');
	for (; *text != '\0'; text++) {
		if (*text == '"')
			buf_putc(out, '"');
		buf_putc(out, *text);
	}
	buf_putc(out, '"');
}

void
list_write_target(struct buf *out, const struct target *target)
{
	const struct category *category = category_find(target->category);

	field(out, target->url);
	buf_putc(out, ',');
	field(out, target->category);
	buf_putc(out, ',');
	field(out, category != NULL ? category->description : "");
	buf_putc(out, ',');
	field(out, target->added);
	buf_putc(out, ',');
	field(out, target->source);
	buf_putc(out, ',');
	field(out, target->notes);
	buf_putc(out, '\n');
}
