// PunctualClient
