// PunctualAPI
