/* Messages in another language. */
#include "analysis/catalogue.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/beside.h"
#include "base/buf.h"
#include "base/mem.h"

/* GNU gettext manual, "The Format of GNU MO Files". */
enum { MO_HEAD = 28, MO_ROW = 8, MO_MOST = 4 << 20 };
static const uint32_t mo_magic = 0x950412de;

struct message {
	const char *id, *text;
	const char *id_many; /* NULL: no plural */
	size_t text_len;
};

struct catalogue {
	const struct language *language;
	char *data;
	struct message *messages; /* by id */
	size_t n;
};

/* ---- Plurals -------------------------------------------------------------------------------- */

static size_t
plural_two(int64_t n)
{
	return n == 1 ? 0 : 1;
}

/* 1, 21, 101; 2 to 4, 22, 104; 5, 11 to 14, 20, 100. */
static size_t
plural_slavic(int64_t n)
{
	if (n % 10 == 1 && n % 100 != 11)
		return 0;
	return n % 10 >= 2 && n % 10 <= 4 && (n % 100 < 12 || n % 100 > 14) ? 1 : 2;
}

static const struct language {
	const char *name;
	size_t forms;
	size_t (*plural)(int64_t n);
} languages[] = {
    {"en", 2, plural_two},
    {"ru", 3, plural_slavic},
};

static const struct language *
find_language(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(languages) / sizeof(languages[0]); i++)
		if (strcmp(languages[i].name, name) == 0)
			return &languages[i];
	return NULL;
}

/* ---- Reading -------------------------------------------------------------------------------- */

/* msgfmt writes them little-endian, on every machine. */
static uint32_t
number_at(const char *data, size_t at)
{
	const uint8_t *p = (const uint8_t *)data + at;

	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* The string that a row of a table points to, and its NUL; NULL when it is not inside the file. */
static const char *
string_at(const char *data, size_t len, size_t row, size_t *size)
{
	uint32_t n = number_at(data, row), at = number_at(data, row + 4);

	if (at >= len || n >= len - at || data[at + n] != '\0')
		return NULL;
	*size = n;
	return data + at;
}

/* The next conversion of a format, "%%" left out: where it begins, and its length; NULL at the end. */
static const char *
next_conversion(const char *format, size_t *len)
{
	const char *end;

	while ((format = strchr(format, '%')) != NULL && format[1] == '%')
		format += 2;
	if (format == NULL)
		return NULL;
	for (end = format + 1; *end != '\0' && strchr("diouxXeEfFgGaAcspn", *end) == NULL;)
		end++;
	*len = (size_t)(end - format) + (*end != '\0' ? 1 : 0);
	return format;
}

/* What printf would take from the stack is the same for both. */
static bool
same_conversions(const char *a, const char *b)
{
	size_t alen = 0, blen = 0;

	while ((a = next_conversion(a, &alen)) != NULL) {
		b = next_conversion(b, &blen);
		if (b == NULL || alen != blen || memcmp(a, b, alen) != 0)
			return false;
		a += alen;
		b += blen;
	}
	return next_conversion(b, &blen) == NULL;
}

/* All forms of the plural are there, and fit. */
static bool
is_sound(const struct language *language, const struct message *message)
{
	const char *text = message->text, *end = text + message->text_len;
	size_t i;

	if (message->id[0] == '\0' || text[0] == '\0')
		return false;
	if (message->id_many == NULL)
		return same_conversions(message->id, text);
	for (i = 0; i < language->forms; i++, text += strlen(text) + 1)
		if (text > end || !same_conversions(message->id_many, text))
			return false;
	return true;
}

static int
by_id(const void *a, const void *b)
{
	const struct message *x = a, *y = b;

	return strcmp(x->id, y->id);
}

static bool
read_messages(struct catalogue *c, size_t len, size_t n, size_t ids, size_t texts)
{
	struct message message;
	size_t i, id_len;

	c->messages = xcalloc(n, sizeof(*c->messages));
	for (i = 0; i < n; i++) {
		message.id = string_at(c->data, len, ids + i * MO_ROW, &id_len);
		message.text = string_at(c->data, len, texts + i * MO_ROW, &message.text_len);
		if (message.id == NULL || message.text == NULL)
			return false;
		message.id_many = strlen(message.id) < id_len ? message.id + strlen(message.id) + 1 : NULL;
		if (is_sound(c->language, &message))
			c->messages[c->n++] = message;
	}
	if (c->n > 0)
		qsort(c->messages, c->n, sizeof(*c->messages), by_id);
	return true;
}

struct catalogue *
catalogue_parse(const char *language, const void *data, size_t len, char error[CATALOGUE_ERROR_SIZE])
{
	const struct language *known = find_language(language);
	struct catalogue *c;
	size_t n, ids, texts;

	snprintf(error, CATALOGUE_ERROR_SIZE, "no gettext catalogue");
	if (known == NULL) {
		snprintf(error, CATALOGUE_ERROR_SIZE, "no such language here");
		return NULL;
	}
	if (len < MO_HEAD || number_at(data, 0) != mo_magic || number_at(data, 4) >> 16 != 0)
		return NULL;
	n = number_at(data, 8);
	ids = number_at(data, 12);
	texts = number_at(data, 16);
	if (n > len / MO_ROW || ids > len - n * MO_ROW || texts > len - n * MO_ROW)
		return NULL;
	c = xcalloc(1, sizeof(*c));
	c->language = known;
	c->data = xmemdup(data, len);
	if (read_messages(c, len, n, ids, texts))
		return c;
	catalogue_free(c);
	return NULL;
}

void
catalogue_free(struct catalogue *catalogue)
{
	if (catalogue == NULL)
		return;
	free(catalogue->data);
	free(catalogue->messages);
	free(catalogue);
}

struct catalogue *
catalogue_load(const char *language, char error[CATALOGUE_ERROR_SIZE])
{
	struct buf path = BUF_EMPTY, data = BUF_EMPTY;
	struct catalogue *catalogue = NULL;
	char *dir;
	FILE *file;

	if (find_language(language) == NULL) {
		snprintf(error, CATALOGUE_ERROR_SIZE, "no such language here");
		return NULL;
	}
	dir = beside_directory("NETVANE_LOCALEDIR", NETVANE_LOCALEDIR, "locale");
	buf_printf(&path, "%s/%s/LC_MESSAGES/netvane.mo", dir, language);
	free(dir);
	file = fopen(buf_str(&path), "re");
	if (file == NULL) {
		snprintf(error, CATALOGUE_ERROR_SIZE, "its translation is not installed (%s)", buf_str(&path));
	} else {
		data.len = fread(buf_room(&data, MO_MOST), 1, MO_MOST, file);
		fclose(file);
		catalogue = catalogue_parse(language, data.data, data.len, error);
	}
	buf_free(&path);
	buf_free(&data);
	return catalogue;
}

/* ---- Languages ------------------------------------------------------------------------------ */

char *
catalogue_language(const char *locale, char out[CATALOGUE_LANGUAGE_SIZE])
{
	size_t len = 0;

	while (len < CATALOGUE_LANGUAGE_SIZE - 1 && islower((unsigned char)locale[len]))
		len++;
	if (len < 2 || isalnum((unsigned char)locale[len]))
		return strcpy(out, "en");
	memcpy(out, locale, len);
	out[len] = '\0';
	return out;
}

char *
catalogue_language_wanted(char out[CATALOGUE_LANGUAGE_SIZE])
{
	const char *locale = getenv("LC_ALL");

	if (locale == NULL || *locale == '\0')
		locale = getenv("LC_MESSAGES");
	if (locale == NULL || *locale == '\0')
		locale = getenv("LANG");
	return catalogue_language(locale != NULL ? locale : "", out);
}

/* ---- Messages ------------------------------------------------------------------------------- */

const char *
catalogue_name(const struct catalogue *catalogue)
{
	return catalogue != NULL ? catalogue->language->name : "en";
}

size_t
catalogue_count(const struct catalogue *catalogue)
{
	return catalogue != NULL ? catalogue->n : 0;
}

static const struct message *
find(const struct catalogue *c, const char *id)
{
	const struct message key = {.id = id};

	return c != NULL && c->n > 0 ? bsearch(&key, c->messages, c->n, sizeof(key), by_id) : NULL;
}

const char *
catalogue_get(const struct catalogue *catalogue, const char *message)
{
	const struct message *found = find(catalogue, message);

	return found != NULL ? found->text : message;
}

const char *
catalogue_plural(const struct catalogue *catalogue, int64_t n, const char *one, const char *many)
{
	const struct message *found = find(catalogue, one);
	const char *text;
	size_t form;

	if (found == NULL || found->id_many == NULL || strcmp(found->id_many, many) != 0)
		return plural_two(n) == 0 ? one : many;
	text = found->text;
	for (form = catalogue->language->plural(n); form > 0; form--)
		text += strlen(text) + 1;
	return text;
}
