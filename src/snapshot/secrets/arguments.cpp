#include "snapshot/secrets/arguments.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include <fmt/format.h>

#include "base/paths.hpp"
#include "base/text.hpp"
#include "snapshot/secrets/access_rules.hpp"
#include "snapshot/secrets/names.hpp"
#include "snapshot/secrets/values.hpp"

namespace dksnap::snapshot {
namespace {

constexpr std::size_t kNowhere = std::string_view::npos;

// A word of a command, or a part of one that a shell will take as a word.
struct Piece {
  std::size_t word = 0;
  std::size_t begin = 0;
  std::string_view text;
  bool in_script = false;
};

// As a shell parts them, roughly: quotes around a whole piece are not of it.
std::vector<Piece> pieces_of_script(std::size_t word, std::string_view script) {
  std::vector<Piece> pieces;
  std::size_t begin = 0;
  char quote = 0;
  const auto end_piece = [&](std::size_t end) {
    std::string_view text = script.substr(begin, end - begin);
    std::size_t at = begin;
    if (text.size() > 1 && (text.front() == '"' || text.front() == '\'') &&
        text.back() == text.front()) {
      text = text.substr(1, text.size() - 2);
      ++at;
    }
    if (!text.empty()) pieces.push_back({word, at, text, true});
    begin = end + 1;
  };
  for (std::size_t i = 0; i < script.size(); ++i) {
    const char c = script[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (std::string_view(" \t\r\n;|&<>").find(c) != kNowhere) {
      end_piece(i);
    }
  }
  end_piece(script.size());
  return pieces;
}

bool is_script(std::string_view word) {
  return word.find_first_of(" \t\n") != kNowhere;
}

bool is_number_like(std::string_view text) {
  return text.find_first_not_of("0123456789:./-") == kNowhere;
}

class Finder {
 public:
  void look_at(const std::vector<Piece>& pieces) {
    std::string program;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      const Piece& piece = pieces[i];
      const std::string base = base_name(piece.text);
      if (is_client(base)) program = base;
      const Piece* next = i + 1 < pieces.size() ? &pieces[i + 1] : nullptr;
      if (takes_next(piece, program, next)) {
        add(*next, 0, next->text.size(), long_name(piece));
        ++i;
      } else if (!is_attached(piece, program)) {
        look_at_one(piece);
      }
    }
  }
  void add_password_rules(const std::vector<std::string>& words) {
    for (const PasswordRule& rule : find_password_rules(words))
      add({rule.word, rule.begin, {}, false}, 0, rule.length,
          fmt::format("ARGUMENT_{}", rule.word + 1));
  }
  std::vector<SecretArgument> take() {
    std::sort(found_.begin(), found_.end(), [](const auto& a, const auto& b) {
      return std::pair(a.word, a.begin) < std::pair(b.word, b.begin);
    });
    return std::move(found_);
  }

 private:
  static bool is_client(const std::string& program) {
    return program.ends_with("-cli") || program.starts_with("mysql") ||
           program.starts_with("mariadb") || program.starts_with("mongo") || program == "sshpass" ||
           program == "curl" || program == "wget" || program == "http";
  }
  static bool is_mysql(const std::string& program) {
    return program.starts_with("mysql") || program.starts_with("mariadb");
  }
  static std::string long_name(const Piece& option) {
    std::string_view name = option.text;
    name.remove_prefix(std::min(name.find_first_not_of('-'), name.size()));
    name = name.substr(0, name.find('='));
    std::string result;
    for (const char c : name) {
      const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0;
      result += plain ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : '_';
    }
    if (result.size() > 1 && std::isdigit(static_cast<unsigned char>(result[0])) == 0)
      return result;
    return fmt::format("ARGUMENT_{}", option.word + 1);
  }

  bool is_secret_value(std::string_view name, const Piece& value) const {
    return !is_reference(value.text, value.in_script) &&
           names_secret(name, value.text, NamedIn::variables);
  }

  // "--requirepass X", and redis' own "requirepass X".
  bool takes_next(const Piece& piece, const std::string& program, const Piece* next) const {
    if (next == nullptr || next->text.empty() || is_reference(next->text, next->in_script))
      return false;
    const std::string_view text = piece.text;
    if (text == "requirepass" || text == "masterauth") return true;
    if (!text.starts_with('-') || text.find('=') != kNowhere) return false;
    if (next->text.starts_with("--")) return false;
    if (text == "-a") return program.ends_with("-cli");
    if (text == "-p") return program.starts_with("mongo") || program == "sshpass";
    if (text == "-u" || text == "--user" || text == "-U" || text == "--proxy-user") {
      return (program == "curl" || program == "http") && next->text.find(':') != kNowhere &&
             !is_number_like(next->text);
    }
    const std::string_view name = text.substr(std::min(text.find_first_not_of('-'), text.size()));
    return name.size() > 1 && is_secret_value(name, *next);
  }

  // "-pX": of mysql always; else where it is no option of one dash ("-port", "-path=/x").
  bool is_attached(const Piece& piece, const std::string& program) {
    const std::string_view text = piece.text;
    if (!text.starts_with("-p") || text.size() < 3) return false;
    const std::string_view rest = text.substr(2);
    if (is_reference(rest, piece.in_script)) return false;
    if (!is_mysql(program) && program != "sshpass") {
      const bool option = std::all_of(rest.begin(), rest.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || c == '-' || c == '_';
      });
      if (option || is_number_like(rest) || rest.find('=') != kNowhere) return false;
    }
    add(piece, 2, rest.size(), fmt::format("ARGUMENT_{}", piece.word + 1));
    return true;
  }

  void look_at_one(const Piece& piece) {
    const std::size_t equals = piece.text.find('=');
    if (equals != kNowhere && equals > 0) {
      Piece value = piece;
      value.begin += equals + 1;
      value.text.remove_prefix(equals + 1);
      if (piece.in_script && value.text.size() > 1 &&
          (value.text.front() == '"' || value.text.front() == '\'') &&
          value.text.back() == value.text.front()) {
        ++value.begin;
        value.text = value.text.substr(1, value.text.size() - 2);
      }
      const std::string_view name = piece.text.substr(0, equals);
      const bool named = name.find_first_of("/ :@?") == kNowhere;
      if (named && is_secret_value(name, value)) {
        add(value, 0, value.text.size(), long_name(piece));
        return;
      }
      if (named && !secret_parts(value.text).empty() && !is_script(value.text)) {
        add(value, 0, value.text.size(), long_name(piece));
        return;
      }
    }
    if (is_script(piece.text)) {
      const std::size_t before = found_.size();
      std::vector<Piece> inside = pieces_of_script(piece.word, piece.text);
      for (Piece& one : inside) one.begin += piece.begin;
      if (inside.size() > 1) look_at(inside);
      if (found_.size() > before) return;
    }
    if (!secret_parts(piece.text).empty())
      add(piece, 0, piece.text.size(), fmt::format("ARGUMENT_{}", piece.word + 1));
  }

  void add(const Piece& piece, std::size_t begin, std::size_t length, std::string name) {
    SecretArgument wanted{piece.word, piece.begin + begin, length, std::move(name)};
    for (auto other = found_.begin(); other != found_.end();) {
      const std::size_t end = std::max(other->begin + other->length, wanted.begin + wanted.length);
      const bool meet = other->word == wanted.word && other->begin < wanted.begin + wanted.length &&
                        wanted.begin < other->begin + other->length;
      if (!meet) {
        ++other;
        continue;
      }
      // The one that was found first has the better name.
      wanted.begin = std::min(other->begin, wanted.begin);
      wanted.length = end - wanted.begin;
      wanted.name = std::move(other->name);
      other = found_.erase(other);
    }
    found_.push_back(std::move(wanted));
  }

  std::vector<SecretArgument> found_;
};

std::string placeholder(const std::string& name) {
  return "${" + name + "}";
}

}  // namespace

std::vector<SecretArgument> find_secret_arguments(const std::vector<std::string>& words) {
  std::vector<Piece> pieces;
  for (std::size_t i = 0; i < words.size(); ++i) pieces.push_back({i, 0, words[i], false});
  Finder finder;
  finder.look_at(pieces);
  finder.add_password_rules(words);
  return finder.take();
}

std::vector<std::string> without_secrets(const std::vector<std::string>& words,
                                         const std::vector<SecretArgument>& secrets) {
  std::vector<std::string> result = words;
  for (auto one = secrets.rbegin(); one != secrets.rend(); ++one)
    result[one->word].replace(one->begin, one->length, placeholder(one->name));
  return result;
}

void fill_in(std::vector<std::string>& words, const std::string& name, const std::string& value) {
  const std::string gap = placeholder(name);
  for (std::string& word : words) {
    for (std::size_t at = word.find(gap); at != std::string::npos;
         at = word.find(gap, at + value.size()))
      word.replace(at, gap.size(), value);
  }
}

void take_away(std::vector<std::string>& words, const std::string& name) {
  const std::string gap = placeholder(name);
  std::vector<std::string> result;
  for (std::string& word : words) {
    const bool whole = word.find(gap) != std::string::npos && !is_script(word);
    if (!whole) {
      result.push_back(std::move(word));
      continue;
    }
    const bool has_option =
        !word.starts_with('-') && !result.empty() && result.back().starts_with('-');
    if (has_option) result.pop_back();
  }
  words = std::move(result);
  fill_in(words, name, "");
}

bool mentions(const std::vector<std::string>& words, const std::string& name) {
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
    return word.find(placeholder(name)) != std::string::npos;
  });
}

}  // namespace dksnap::snapshot
