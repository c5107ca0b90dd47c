#pragma once

#include "databases/sql_words.hpp"

namespace dksnap::databases::innodb {

const SqlWords& sql_words();

}  // namespace dksnap::databases::innodb
