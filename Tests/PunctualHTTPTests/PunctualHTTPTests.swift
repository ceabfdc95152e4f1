// PunctualHTTPTests
