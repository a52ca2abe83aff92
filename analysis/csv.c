/* CSV fields. */
#include "analysis/csv.h"

#include <string.h>

#include "base/buf.h"

void
csv_field(struct buf *out, const char *text)
{
	if (text == NULL)
		return;
	if (text[strcspn(text, ",\"\r\n")] == '\0') {
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
