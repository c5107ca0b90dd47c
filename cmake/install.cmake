include(GNUInstallDirs)
if(TARGET dksnap)
  install(TARGETS dksnap RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
endif()
