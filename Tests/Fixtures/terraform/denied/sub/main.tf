resource "terraform_data" "exec" {
  provisioner "remote-exec" {
    when   = destroy
    inline = ["id"]
    connection { host = "127.0.0.1" }
  }
}
