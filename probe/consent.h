/*
 * Nothing is measured before the person who runs the probe has agreed to a plain text about
 * what it does and what could come of it (docs/safety.md). The agreement is kept with the text's version; a
 * new version asks again.
 */
#ifndef PROBE_CONSENT_H
#define PROBE_CONSENT_H

#include <stdbool.h>

enum { CONSENT_VERSION = 2 };

/* Whether the state directory records consent to the current text. */
bool consent_given(const char *state_dir);
/* Shows the text on the terminal and asks. Returns true for a plain yes. */
bool consent_ask(void);
/* Whether there is somebody to ask: stdin and stderr are terminals. */
bool consent_can_ask(void);
/* Records consent; how is "asked" or "option". Returns 0, or -1 after logging. */
int consent_record(const char *state_dir, const char *how);
/* The text, static. */
const char *consent_text(void);

#endif
