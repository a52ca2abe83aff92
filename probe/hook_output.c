/* What a program prints, cut into lines. */
#include "probe/hook_output.h"

static void
pass_on(struct hook_output *o, void (*line)(const char *text, void *arg), void *arg)
{
	size_t len = o->len < HOOK_OUTPUT_LINE ? o->len : HOOK_OUTPUT_LINE;

	o->len = 0;
	if (len > 0 && o->line[len - 1] == '\r')
		len--;
	if (len == 0)
		return;
	if (o->lines == HOOK_OUTPUT_LINES) {
		o->left_out++;
		return;
	}
	o->lines++;
	o->line[len] = '\0';
	line(o->line, arg);
}

void
hook_output_take(struct hook_output *o, const char *data, size_t len,
    void (*line)(const char *text, void *arg), void *arg)
{
	size_t i;

	o->bytes += len;
	for (i = 0; i < len; i++) {
		if (data[i] == '\n') {
			pass_on(o, line, arg);
			continue;
		}
		/* A zero would end the line in the log, and hide what follows. */
		if (o->len < HOOK_OUTPUT_LINE)
			o->line[o->len] = data[i] != '\0' ? data[i] : '?';
		o->len++;
	}
}

void
hook_output_end(
    struct hook_output *o, void (*line)(const char *text, void *arg), void *arg)
{
	pass_on(o, line, arg);
}
