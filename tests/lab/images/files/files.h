// The program of the lab's "files" image. main.c: dispatch; serve.c: the writer that runs as the
// container's process; commands.c: what tests ask for; text.c: words, escapes, errors.
#pragma once

#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

// Ends the program with status 1 and "files: WHAT: reason of errno" on stderr.
_Noreturn void fail(const char* what);

// Turns \xNN into that byte, in place. A NUL cannot be written.
char* unescape(char* text);

// Prints a name so that unescape() gives it back and it holds no space and no line break.
void print_escaped(FILE* out, const char* name);

// 1: a full disk is waited for, as long as it takes; 0, as at the start: it ends the program.
extern int waits_for_room;

// Writes everything or ends the program.
void write_all(int fd, const void* data, size_t size, const char* name);

// Content that a seed determines: eight bytes per call.
uint64_t next_random(uint64_t* state);

// FNV-1a of a file's bytes.
uint64_t checksum(const char* path);

// Replaces PATH by a file with this content in one step.
void write_atomically(const char* path, const char* text);

int serve(void);
int run_command(int count, char** words);
