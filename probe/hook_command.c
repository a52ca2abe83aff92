/* A command line, cut up. */
#include "probe/hook_command.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

/* Reads one word at text, quoted parts and all. Returns what is left, or NULL where a quotation does not end. */
static const char *
read_word(const char *text, struct buf *word)
{
	const char *end;

	while (*text != '\0' && *text != ' ' && *text != '\t') {
		if (*text != '\'' && *text != '"') {
			buf_putc(word, *text++);
			continue;
		}
		end = strchr(text + 1, *text);
		if (end == NULL)
			return NULL;
		buf_add(word, text + 1, (size_t)(end - text - 1));
		text = end + 1;
	}
	return text;
}

static void
add_word(char ***words, size_t *n, char *word)
{
	*words = xreallocarray(*words, *n + 2, sizeof(**words));
	(*words)[(*n)++] = word;
	(*words)[*n] = NULL;
}

/* What is wrong with the words; NULL nothing. */
static const char *
look(char *const *words)
{
	if (words == NULL)
		return "it is empty";
	return words[0][0] == '/' ? NULL : "the program must be given by its absolute path";
}

char **
hook_command_parse(const char *text, const char **wrong)
{
	struct buf word = BUF_EMPTY;
	char **words = NULL;
	size_t n = 0;

	*wrong = NULL;
	for (text += strspn(text, " \t"); *text != '\0'; text += strspn(text, " \t")) {
		text = read_word(text, &word);
		if (text == NULL) {
			*wrong = "a quotation mark has no second one";
			break;
		}
		add_word(&words, &n, word.len > 0 ? buf_steal(&word) : xstrdup(""));
	}
	buf_free(&word);
	if (*wrong == NULL)
		*wrong = look(words);
	if (*wrong == NULL)
		return words;
	hook_command_free(words);
	return NULL;
}

void
hook_command_free(char **words)
{
	size_t i;

	for (i = 0; words != NULL && words[i] != NULL; i++)
		free(words[i]);
	free(words);
}
