#pragma once

#include "databases/sql_words.hpp"

namespace dksnap::databases::postgres {

const SqlWords& sql_words();

}  // namespace dksnap::databases::postgres
