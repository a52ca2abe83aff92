/* What explanations have in common on a screen. */
#include "probe/screen.h"

#include <string.h>

#include "base/mem.h"
#include "base/paragraph.h"
#include "results/measurement.h"
#include "results/verdict_words.h"

/* Lines much longer than a book's are hard to read. */
enum { USUAL_WIDTH = 80, WIDEST = 100, LABEL = 14, ITEM = 4 };

struct screen
screen_for(const struct measurement *m, FILE *out, int width, bool colour)
{
	return (struct screen){m->arena, out, width == 0 ? USUAL_WIDTH : width > WIDEST ? WIDEST : width, colour};
}

void
screen_title(const struct screen *s, const char *text)
{
	fprintf(s->out, s->colour ? "\n\033[1m%s\033[0m\n" : "\n%s\n", text);
}

void
screen_labelled(const struct screen *s, const char *label, const char *text, enum table_colour colour)
{
	const char *code = s->colour ? table_colour_code(colour) : NULL;

	fprintf(s->out, "  %-*s", LABEL - 2, label);
	if (code != NULL)
		fputs(code, s->out);
	paragraph_write(s->out, text, LABEL, s->width);
	if (code != NULL)
		fputs("\033[0m", s->out);
}

const char *
screen_network(const struct measurement *m)
{
	const char *cc = m->probe_cc != NULL && strcmp(m->probe_cc, "ZZ") != 0 ? m->probe_cc : NULL;
	const char *asn = m->probe_asn != NULL && strcmp(m->probe_asn, "AS0") != 0 ? m->probe_asn : NULL;
	const char *name = m->probe_network_name;
	bool named = asn != NULL && name != NULL && name[0] != '\0';

	if (asn == NULL && cc == NULL)
		return "";
	return arena_printf(m->arena, ", on%s%s%s%s%s%s%s", asn != NULL ? " " : "", asn != NULL ? asn : "",
	    named ? " (" : "", named ? name : "", named ? ")" : "", cc != NULL ? " in " : "",
	    cc != NULL ? cc : "");
}

void
screen_heading(const struct screen *s, enum verdict_status status, const char *words, const char *of)
{
	const char *code = s->colour ? table_colour_code(verdict_status_words(status)->colour) : NULL;
	size_t used = 4 + table_text_width(words);

	fprintf(s->out, "%s%s %s%s", code != NULL ? code : "", verdict_symbol(status), words, code != NULL ? "\033[0m" : "");
	if (of == NULL) {
		fputc('\n', s->out);
		return;
	}
	if (used + table_text_width(of) >= (size_t)s->width) {
		fputc('\n', s->out);
		used = 2;
	}
	fputs("  ", s->out);
	paragraph_write(s->out, of, used, s->width);
}

void
screen_items(const struct screen *s, const char *head, const char **texts, size_t n)
{
	size_t i;

	if (n == 0)
		return;
	screen_title(s, head);
	for (i = 0; i < n; i++) {
		fputs("  - ", s->out);
		paragraph_write(s->out, texts[i], ITEM, s->width);
	}
}
