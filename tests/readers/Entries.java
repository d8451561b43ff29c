// Reads an archive from front to back as Java's ZipInputStream does, checksums and all: java Entries.java archive.zip
// Prints how many entries there are, and how many bytes are in them.

import java.io.BufferedInputStream;
import java.io.FileInputStream;
import java.util.zip.ZipInputStream;

class Entries {
    public static void main(String[] args) throws Exception {
        byte[] buffer = new byte[1 << 16];
        long entries = 0;
        long bytes = 0;
        try (var zip = new ZipInputStream(new BufferedInputStream(new FileInputStream(args[0]), 1 << 20))) {
            while (zip.getNextEntry() != null) {
                entries += 1;
                for (int read; (read = zip.read(buffer)) > 0; ) bytes += read;
            }
        }
        System.out.println(entries + " " + bytes);
    }
}
