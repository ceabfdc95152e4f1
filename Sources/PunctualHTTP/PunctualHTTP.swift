// PunctualHTTP
