/* Distinguished names. Their bytes come from whoever made the certificate: any bytes, of any type.
 */
#include "results/dname.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"

/* Attributes whose types have two spellings in use; the second is OpenSSL's. */
static const struct {
	const char *alias, *name;
} types[] = {
    {"S", "ST"},
    {"E", "emailAddress"},
    {"EMAIL", "emailAddress"},
};

/* Appends a value: text as it is, anything else escaped. */
static void
add_value(struct buf *out, const char *value, size_t len)
{
	uint32_t code;
	size_t i, n;

	for (i = 0; i < len; i += n) {
		n = utf8_next(value + i, len - i, &code);
		if (n == 0 || code < 0x20 || (code >= 0x7f && code < 0xa0)) {
			n = 1;
			buf_printf(out, "\\%02x", (unsigned char)value[i]);
			continue;
		}
		if (strchr(",+\"\\<>;=", value[i]) != NULL || (i == 0 && value[i] == '#'))
			buf_putc(out, '\\');
		buf_add(out, value + i, n);
	}
}

/* ASCII alone: tolower() minds the locale. */
static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Lower case, runs of white space one space, none at the ends. In place; returns the length. */
static size_t
fold(char *value, size_t len)
{
	size_t i, n = 0;

	for (i = 0; i < len; i++) {
		bool space = strchr(" \t\r\n", value[i]) != NULL && value[i] != '\0';

		if (space && (n == 0 || value[n - 1] == ' '))
			continue;
		value[n++] = space ? ' ' : lower(value[i]);
	}
	return n > 0 && value[n - 1] == ' ' ? n - 1 : n;
}

static void
add_type(struct buf *out, const X509_NAME_ENTRY *entry)
{
	const ASN1_OBJECT *object = X509_NAME_ENTRY_get_object(entry);
	int nid = OBJ_obj2nid(object);
	char oid[128];

	if (nid != NID_undef) {
		buf_puts(out, OBJ_nid2sn(nid));
		return;
	}
	OBJ_obj2txt(oid, sizeof(oid), object, 1);
	buf_puts(out, oid);
}

/* The value's text, to free; the bytes themselves where they are no text of the type they claim. */
static char *
entry_value(const X509_NAME_ENTRY *entry, size_t *len)
{
	const ASN1_STRING *data = X509_NAME_ENTRY_get_data(entry);
	unsigned char *utf8 = NULL;
	int n = ASN1_STRING_to_UTF8(&utf8, data);
	char *value;

	*len = n >= 0 ? (size_t)n : (size_t)ASN1_STRING_length(data);
	value = xmemdup(n >= 0 ? utf8 : ASN1_STRING_get0_data(data), *len);
	OPENSSL_free(utf8);
	return value;
}

static void
cut(struct buf *text)
{
	size_t len = DNAME_TEXT_MOST;

	if (text->len <= len)
		return;
	while (len > 0 && ((unsigned char)text->data[len] & 0xc0) == 0x80)
		len--;
	text->len = len;
	text->data[len] = '\0';
}

char *
dname_text(const X509_NAME *name, struct arena *arena)
{
	struct buf out = BUF_EMPTY;
	int i, set = -1;
	char *text;

	for (i = X509_NAME_entry_count(name) - 1; i >= 0 && out.len <= DNAME_TEXT_MOST; i--) {
		const X509_NAME_ENTRY *entry = X509_NAME_get_entry(name, i);
		size_t len;
		char *value = entry_value(entry, &len);

		if (out.len > 0)
			buf_putc(&out, X509_NAME_ENTRY_set(entry) == set ? '+' : ',');
		set = X509_NAME_ENTRY_set(entry);
		add_type(&out, entry);
		buf_putc(&out, '=');
		add_value(&out, value, len < DNAME_TEXT_MOST ? len : DNAME_TEXT_MOST);
		free(value);
	}
	cut(&out);
	text = arena_strdup(arena, buf_str(&out));
	buf_free(&out);
	return text;
}

/* Attributes being collected, each "type=value" in its normal form. */
struct pairs {
	char *items[DNAME_PAIRS_MOST];
	size_t n;
};

/* Takes value's place in memory over for folding. */
static void
pairs_add(struct pairs *pairs, const char *type, char *value, size_t len)
{
	struct buf pair = BUF_EMPTY;
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcasecmp(type, types[i].alias) == 0)
			type = types[i].name;
	for (i = 0; type[i] != '\0'; i++)
		buf_putc(&pair, lower(type[i]));
	buf_putc(&pair, '=');
	add_value(&pair, value, fold(value, len));
	pairs->items[pairs->n++] = buf_steal(&pair);
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Joins and frees them. */
static char *
pairs_join(struct pairs *pairs, struct arena *arena)
{
	struct buf out = BUF_EMPTY;
	char *text;
	size_t i;

	qsort(pairs->items, pairs->n, sizeof(pairs->items[0]), compare);
	for (i = 0; i < pairs->n; i++) {
		if (i > 0 && strcmp(pairs->items[i - 1], pairs->items[i]) == 0)
			continue;
		if (out.len > 0)
			buf_putc(&out, ',');
		buf_puts(&out, pairs->items[i]);
	}
	for (i = 0; i < pairs->n; i++)
		free(pairs->items[i]);
	text = arena_strdup(arena, buf_str(&out));
	buf_free(&out);
	return text;
}

char *
dname_normal(const X509_NAME *name, struct arena *arena)
{
	struct pairs pairs = {.n = 0};
	struct buf type = BUF_EMPTY;
	int i, n = X509_NAME_entry_count(name);

	if (n > DNAME_PAIRS_MOST)
		return arena_strdup(arena, "");
	for (i = 0; i < n; i++) {
		const X509_NAME_ENTRY *entry = X509_NAME_get_entry(name, i);
		size_t len;
		char *value = entry_value(entry, &len);

		buf_clear(&type);
		add_type(&type, entry);
		pairs_add(&pairs, buf_str(&type), value, len);
		free(value);
	}
	buf_free(&type);
	return pairs_join(&pairs, arena);
}

/* Reads a value up to what separates it from the next, without its backslashes. */
static const char *
read_value(const char *text, struct buf *value)
{
	buf_clear(value);
	while (*text != '\0' && *text != ',' && *text != '+') {
		if (*text == '\\' && text[1] != '\0')
			text++;
		buf_putc(value, *text++);
	}
	return *text != '\0' ? text + 1 : text;
}

char *
dname_normal_text(const char *text, struct arena *arena)
{
	struct pairs pairs = {.n = 0};
	struct buf value = BUF_EMPTY;
	bool fine = true;
	char *normal;

	while (fine && *text != '\0') {
		size_t len;
		char *type;

		text += strspn(text, " ");
		len =
		    strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.");
		fine = len > 0 && text[len] == '=' && pairs.n < DNAME_PAIRS_MOST;
		if (!fine)
			break;
		type = xstrndup(text, len);
		text = read_value(text + len + 1, &value);
		pairs_add(&pairs, type, value.data, value.len);
		free(type);
	}
	fine = fine && pairs.n > 0;
	buf_free(&value);
	normal = pairs_join(&pairs, arena);
	return fine ? normal : NULL;
}
