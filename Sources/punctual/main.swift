print("punctual")
