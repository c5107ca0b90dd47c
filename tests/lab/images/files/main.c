#include <stdlib.h>
#include <string.h>

#include "files.h"

// Commands from stdin, a line each, words parted by single spaces (\x20 is a space in a word), so
// that a test can make a whole tree with one docker exec -i.
static int batch(void) {
  char* line = NULL;
  size_t room = 0;
  while (getline(&line, &room, stdin) > 0) {
    line[strcspn(line, "\n")] = 0;
    if (!*line || *line == '#') continue;
    char* words[8];
    int count = 0;
    for (char* rest = line; rest && count < 8;) words[count++] = strsep(&rest, " ");
    int status = run_command(count, words);
    if (status) return status;
  }
  free(line);
  return 0;
}

int main(int count, char** words) {
  if (count > 1 && !strcmp(words[1], "serve")) return serve();
  if (count > 1 && !strcmp(words[1], "batch")) return batch();
  return run_command(count - 1, words + 1);
}
