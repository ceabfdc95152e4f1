// PunctualServer
